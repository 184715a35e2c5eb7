"""What a data-protection summary says of the embedded store."""

from typing import TYPE_CHECKING

from fers.domain.data_protection import StoreDescription

if TYPE_CHECKING:
    from fers.config import Settings


def describe(settings: "Settings") -> StoreDescription:
    return StoreDescription(
        place="Everything is kept on the machine that runs FERS: records in an SQLite database, photos as files.",
        credentials="Passwords are kept as argon2id hashes, personal codes and session tokens as hashes.",
        erasure="A deleted photo's file is removed. The database overwrites what is deleted (`secure_delete`) and "
        "empties its write-ahead log. Copies that the machine or its file system makes by itself, such as snapshots: "
        "**[to fill in: which, and for how long]**",
        processor="Processors (Art. 28), such as the provider of the machine: **[to fill in: who, or none]**",
        transfers="FERS sends no data to any other server. The machine stands in: **[to fill in: country]**",
    )
