"""Mark the own labels of sets that were imported so far. Under whose id they are kept follows from the study and the
name of the set, which nothing but its terms, in their title, kept until then: a label under any other id stays as it
is. Nothing else of FERS reads a title."""

import hashlib
import sqlite3


def fill(sql: sqlite3.Connection) -> None:
    terms = "SELECT DISTINCT study_id, body FROM consents JOIN consent_texts ON sha256 = text_sha256 WHERE body LIKE ?"
    title = "# Imported from "
    for study_id, body in sql.execute(terms, (f"{title}%",)).fetchall():
        name = body.partition("\n")[0].removeprefix(title)
        nobody = hashlib.sha256(f"{study_id}\n{name}".encode()).hexdigest()[:32]
        marked = "UPDATE labels SET document = json_set(document, '$.of_a_set', json('true')) WHERE annotator_id = ?"
        sql.execute(marked, (nobody,))
        # What was measured with them is measured anew.
        sql.execute("UPDATE revisions SET count = count + 1")
