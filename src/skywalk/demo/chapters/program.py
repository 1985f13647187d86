"""A program that knows nothing of all this."""

from __future__ import annotations

from pathlib import Path

from skywalk.demo.story import Chapter, File, Run, succeeds

_PROGRAM = Path(__file__).parent.parent / "documents.py"

CHAPTER = Chapter(
    title="An unchanged program",
    why="No endpoint URL, no keys: boto3 finds S3 by its public name, and its credentials at the instance's metadata "
    "service, as on EC2.",
    steps=(
        File("documents.py", _PROGRAM.read_text()),
        File("my_file.txt", "Vault 7, drawer 3: the will of A. Lovelace.\n", shows=False),
        Run(
            "skywalk exec --bind . $teller -- python documents.py bank-documents",
            note="this folder, shared with the teller's instance",
            expect=succeeds(pattern=r"([0-9a-f]{64}) my_file\.txt\n\1 my_copy\.txt"),
            proves="stored and read back, byte for byte the same",
        ),
    ),
)
