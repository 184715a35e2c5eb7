"""What every exported version says about itself: datasheet, citation, consent, and a description for machines."""

import json
from collections.abc import Collection, Iterator
from importlib import resources
from string import Template

from fers.domain.emotions import Emotion
from fers.domain.versions import ConsensusRule
from fers.exporting import columns, participants, provenance
from fers.exporting.exported_version import Cut, ExportedVersion, Member

FACES = "faces.jsonl"
DATASHEET = "DATASHEET.md"
"""The first file of every exported version."""
STUDY = "study.toml"
"""The study as it was when the version was frozen."""
LOST = "LOST.txt"
"""There where it has something to say."""
_UNSAID = "not said yet"
_CUTS = {
    Cut.CROP: "faces cut out and resized to 224 x 224 pixels",
    Cut.WHOLE: "whole photos, with a box around the face",
}

_PERCEIVED = {
    ConsensusRule.MAJORITY: "what most annotators saw",
    ConsensusRule.DAWID_SKENE: "what is most probable given their votes, each weighted by how often its annotator\n"
    "seems right (Dawid & Skene, Applied Statistics 28, 1979)",
}


def documents(exported: ExportedVersion) -> Iterator[Member]:
    """Everything about the exported version but its faces."""
    yield Member(DATASHEET, (_datasheet(exported).encode(),))
    yield Member("CITATION.cff", (_citation(exported).encode(),))
    if exported.version.study_file:
        yield Member(STUDY, (exported.version.study_file.encode(),))
    if codebook := participants.codebook(exported):
        yield codebook
    for text in exported.version.consent_texts:
        yield Member(f"consent/{text.version}-{text.sha256[:8]}.md", (text.body.encode(),))


def lost(exported: ExportedVersion) -> Member:
    """Which faces are left out because the store has lost their image, an id a line after a sentence."""
    notice = "The photos of these faces are lost from the store or damaged. They are in no other file here.\n"
    return Member(LOST, ("".join([notice, *(f"{face_id}\n" for face_id in sorted(exported.lost))]).encode(),))


def croissant(
    exported: ExportedVersion,
    faces_sha256: str,
    said: Collection[str],
    answers: Collection[tuple[participants.Table, str, str]] = (),
) -> Member:
    """Croissant 1.0 metadata (docs.mlcommons.org/croissant) of the list of faces, whose SHA-256 is given. `said`: names
    of what is said of any face there; what came later and nobody says is no field of the list. `answers`: tables of
    what participants answered, with the name and the SHA-256 of their CSV files."""
    unsaid = {column for column in columns.LATER if column not in said}
    description = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": f"fers-{exported.version.name}",
        "description": f"{exported.title}: {exported.faces} faces with labels of their expressions.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": "1.0.0",
        "url": f"urn:fers:{exported.version.id}",
        "license": "See DATASHEET.md and the consent texts.",
        "datePublished": f"{exported.version.created_at:%Y-%m-%d}",
        "citeAs": _cite_as(exported),
        "distribution": [
            _file(FACES, "application/jsonlines", faces_sha256),
            *(_file(name, "text/csv", sha256) for _, name, sha256 in answers),
        ],
        "recordSet": [
            _records("faces", FACES, {column: kind for column, kind in _FIELDS.items() if column not in unsaid}),
            *(_records(table.name, name, _kinds(table)) for table, name, _ in answers),
        ],
    }
    return Member("croissant.json", (json.dumps(description, indent=2).encode(),))


def _file(name: str, encoding: str, sha256: str) -> dict:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": encoding,
        "sha256": sha256,
    }


def _records(name: str, file: str, kinds: dict[str, str]) -> dict:
    fields = [_field(name, file, column, kind) for column, kind in kinds.items()]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def _kinds(table: participants.Table) -> dict[str, str]:
    """Whole numbers too are read as others, since any may be missing."""
    return {
        name: _CROISSANT[columns.TEXT if kind == columns.TEXT else columns.NUMBER] for name, kind in table.kinds.items()
    }


def _field(records: str, file: str, column: str, kind: str) -> dict:
    source = {"fileObject": {"@id": file}, "extract": {"column": column}}
    return {"@type": "cr:Field", "@id": f"{records}/{column}", "name": column, "dataType": kind, "source": source}


def _datasheet(exported: ExportedVersion) -> str:
    template = resources.files("fers.exporting").joinpath("datasheet.md").read_text("utf-8")
    version, study = exported.version, exported.study
    return Template(template).substitute(
        title=exported.title,
        id=version.id,
        date=f"{version.created_at:%d %B %Y}",
        purpose=study.purpose or _UNSAID,
        owner=exported.author,
        contact=study.contact or _UNSAID,
        chosen=f" Chosen were those where {'; '.join(chosen)}." if (chosen := version.chosen.in_words()) else "",
        perceived=_PERCEIVED[version.consensus],
        frozen=version.faces,
        faces=exported.faces,
        withdrawn=exported.withdrawn,
        people=version.people,
        left_out=version.left_out,
        near_duplicates=version.near_duplicates,
        lost=version.lost,
        cut=_CUTS[exported.cut],
        composition=provenance.composition(version),
        splits=provenance.splits(version),
        classes=", ".join(f"{emotion.value} {emotion.label}" for emotion in Emotion),
        columns=columns.in_words(),
        study=_study(exported),
        answers=_answers(exported),
        collection=provenance.collection(version),
        retention_days=study.retention_days,
    )


def _study(exported: ExportedVersion) -> str:
    if (sha256 := exported.version.study_sha256) is None:
        return "Its settings were not kept when this version was frozen."
    return f"As `{STUDY}` has it, whose SHA-256 is `{sha256}`: `fers study import {STUDY}` makes a study like it."


def _answers(exported: ExportedVersion) -> str:
    if not exported.version.questions:
        return "Nothing that is in this version."
    return (
        f"Questions of the study's own. The answers are in `{participants.PARTICIPANTS}.csv`, by person, and in "
        f"`{participants.PHOTOS}.csv`, by face;\n`{participants.CODEBOOK}` says what each column and number means. "
        "Empty: not answered, or not handed out. Texts are there only where\ntheir person agreed to it, as they were "
        "typed. A spreadsheet may take one that begins with =, +, - or @ for a\nformula: import their columns as text "
        "there. pandas takes some, such as “None”, for missing, unless it reads with\n"
        '`keep_default_na=False, na_values=[""]`; Parquet has them as they are.\n\n'
        f"{participants.in_words(exported)}"
    )


def _citation(exported: ExportedVersion) -> str:
    lines = {
        "cff-version": "1.2.0",
        "message": "If you use these faces, please cite them as below.",
        "type": "dataset",
        "title": exported.title,
        "version": exported.version.id,
        "date-released": f"{exported.version.created_at:%Y-%m-%d}",
    }
    authors = f"authors:\n  - name: {_quoted(exported.author)}\n"
    return "".join(f"{key}: {_quoted(value)}\n" for key, value in lines.items()) + authors


def _quoted(text: str) -> str:
    """As JSON writes it, which YAML reads too, whatever a study is called."""
    return json.dumps(text, ensure_ascii=False)


def _cite_as(exported: ExportedVersion) -> str:
    year = exported.version.created_at.year
    return f"{exported.author} ({year}). {exported.title}. FERS dataset version {exported.version.id}."


_CROISSANT = {
    columns.TEXT: "sc:Text",
    columns.CLASS: "sc:Text",
    columns.WHOLE: "sc:Integer",
    columns.NUMBER: "sc:Float",
}
"""Types of what one value says: classes are named in the list of faces."""
_FIELDS = {name: _CROISSANT[kind] for name, kind in (columns.SCALARS | {"image": columns.TEXT}).items()}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The words that Croissant 1.0 prescribes."""
