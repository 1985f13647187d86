"""Stores my_file.txt in S3 and reads it back: python documents.py BUCKET"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import boto3


def main(bucket: str) -> None:
    s3 = boto3.client("s3")
    s3.upload_file("my_file.txt", bucket, "my_file.txt")
    s3.download_file(bucket, "my_file.txt", "my_copy.txt")
    for name in ("my_file.txt", "my_copy.txt"):
        print(hashlib.sha256(Path(name).read_bytes()).hexdigest(), name)


if __name__ == "__main__":
    main(sys.argv[1])
