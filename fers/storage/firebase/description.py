"""What a data-protection summary says of the store on Firebase."""

from typing import TYPE_CHECKING

from fers.domain.data_protection import StoreDescription

if TYPE_CHECKING:
    from fers.config import Settings


def describe(settings: "Settings") -> StoreDescription:
    return StoreDescription(
        place=f"Records are kept in Firestore and photos in Cloud Storage, in the Google project "
        f"`{settings.firebase_project}` and its bucket `{settings.firebase_bucket}`.",
        credentials="E-mail addresses and passwords are kept by Firebase Authentication, personal codes and tokens of "
        "sessions as hashes.",
        erasure="Photos are deleted from Cloud Storage and records from Firestore. They are gone only if the bucket's "
        "soft delete and object versioning, and Firestore's point-in-time recovery and scheduled backups, are "
        "switched off: **[to fill in: checked on which day]**",
        processor="Google processes data on your behalf (Firestore, Cloud Storage, Firebase Authentication). Agreement "
        "under Art. 28: **[to fill in: date]**. Other processors, such as the provider of the machine that runs FERS: "
        "**[to fill in: who, or none]**",
        transfers="Where Firestore, the bucket and Firebase Authentication keep data, and on which basis if that is "
        "outside the EU (Art. 44 to 49): **[to fill in]**",
    )
