"""Keys made by ssh-keygen, with the fingerprints that ssh-keygen and openssl compute by the commands that AWS names."""

from __future__ import annotations

RSA_PUBLIC = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCXXSqBkPsfCpjcYzNIumjCvnydThRE9o6xwGH8IMiOtz4C7PzUSFEPdvaNiukz"
    "oFL5aVgyiQ0jGo8zQCIHDZcWc8Ptuzww5FvgSoyrxNI501pSTB8gHpAL/IAsoW67hfEEAqU7AfBhSdYU7wGypUg3GnginH4mA9HQ"
    "3VInByeBTdAoIRUuYhVT5LjJxOyrB8CcZ9UBdZUAvz8dXAG+SLaAK/bXYClxxsSPt2Xaaqei+lqkkz0j0W5AibLakkY4KI1y/prK"
    "PLhaVUf8qw4eGC+EYPqydVkPF13+1A9st3BWv+w5IkSi5toPyWTUHk68xP5e+7GzSoN9SrcAGPzpPntz me@laptop"
)
RSA_IMPORTED_FINGERPRINT = "e9:d0:9a:64:71:25:b3:48:ab:8c:49:e1:1d:c4:22:6f"
"""ssh-keygen -ef KEY -m PEM | openssl rsa -RSAPublicKey_in -outform DER | openssl md5 -c"""

RSA_RFC_4716 = """\
---- BEGIN SSH2 PUBLIC KEY ----
Comment: "2048-bit RSA, converted from OpenSSH"
AAAAB3NzaC1yc2EAAAADAQABAAABAQCXXSqBkPsfCpjcYzNIumjCvnydThRE9o6xwGH8IM
iOtz4C7PzUSFEPdvaNiukzoFL5aVgyiQ0jGo8zQCIHDZcWc8Ptuzww5FvgSoyrxNI501pS
TB8gHpAL/IAsoW67hfEEAqU7AfBhSdYU7wGypUg3GnginH4mA9HQ3VInByeBTdAoIRUuYh
VT5LjJxOyrB8CcZ9UBdZUAvz8dXAG+SLaAK/bXYClxxsSPt2Xaaqei+lqkkz0j0W5AibLa
kkY4KI1y/prKPLhaVUf8qw4eGC+EYPqydVkPF13+1A9st3BWv+w5IkSi5toPyWTUHk68xP
5e+7GzSoN9SrcAGPzpPntz
---- END SSH2 PUBLIC KEY ----
"""

ED25519_PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPEfZTeuiRrFPxIrWYWA212Eb9GlAGnugqw6xySQWC31 me@laptop"
ED25519_FINGERPRINT = "2j4YyiG7lAoGamSjFbUfYCxYDtqsSwpTYqlAI+Il3hM"
"""ssh-keygen -l -f KEY; ssh-keygen leaves out the padding."""
