"""Every failure FERS can name. Each says what happened and what to do next, in words for the person who meets it."""


class FersError(Exception):
    """A failure with a sentence for the person: `what` happened and what to do `next`.

    `operator`: what the log and the command line say instead, where only whoever runs FERS can do something about it:
    people on a page never read it.
    """

    def __init__(self, what: str, next: str = "", operator: str = ""):
        super().__init__(operator or f"{what} {next}".strip())
        self.what = what
        self.next = next
        self.operator = operator


class ImageRejected(FersError):
    """The file given is not a photo FERS accepts. Nothing of it was kept."""


class ModelRejected(FersError):
    """A model folder cannot be used as it is."""


class ModelDoubted(ModelRejected):
    """A model could be registered, but the test on known faces found something."""


class UnknownModel(FersError):
    """No registered model has the name asked for."""


class NotSignedIn(FersError):
    """The action needs a signed-in person."""


class NotPermitted(FersError):
    """The signed-in person may not do this."""


class SignInFailed(FersError):
    """The credentials do not open an account. Never says which part was wrong."""


class TooManyAttempts(FersError):
    """Too many failed attempts for now; `next` says how long to wait."""


class InvalidInput(FersError):
    """Something typed or chosen cannot be used as it is."""


class ConsentRequired(FersError):
    """The person has not agreed to what this action needs."""


class NotFound(FersError):
    """What was asked for is not there, or not theirs to see."""


class ImageLost(NotFound):
    """A face is there, but the store has lost its image, or has it damaged."""

    def __init__(self) -> None:
        super().__init__("The store has lost this photo, or it is damaged.", "Whoever runs the study can remove it.")


class AlreadyExists(FersError):
    """A record with this id is stored already."""


class SlotTaken(FersError):
    """The face has all the labels it needs; this one came too late."""


class StudyClosed(FersError):
    """The study takes no faces at present."""


class JobStopped(FersError):
    """A background job was cancelled, or somebody else does it."""


class StoreUnavailable(FersError):
    """The store cannot be read or written now; nothing was changed."""


class OutOfOrder(StoreUnavailable):
    """Something is broken that only whoever runs FERS can mend, by `advice`."""

    def __init__(self, what: str, advice: str = ""):
        super().__init__(
            "Something is wrong on our side.", "Please try again later.", operator=f"{what} {advice}".strip()
        )
