"""A batch: a folder of files goes in, one row for each file comes out.

    from batch import run
    from solution import solve
    run("cases", "output", solve)

It never stops at a bad file, it can be stopped at any moment and started again, and it writes down
what a person must look at and what it cost. It needs nothing of the bootcamp: take it with you.

What it writes into the output folder:
    rows.jsonl         its diary: one line a file, written the moment the file is done
    predictions.csv    one row a file: what solve said, and a status: ok, unsure or error
    review_queue.csv   the files that a person must look at, and why
    cost_log.csv       tokens and seconds of each file
    result.json        the totals
"""

import csv
import email
import hashlib
import html
import inspect
import json
import logging
import os
import re
import sys
import time
import warnings
import zipfile
from collections import Counter
from email import policy
from pathlib import Path

import docx
import openai
import openpyxl
import pandas as pd
import pypdf

# ---- Settings: change them if you need to -------------------------------------------------------

TRIES = 3  # how often we ask when the model does not answer
PAUSE = 2  # seconds before the second try; the third waits twice as long
MOST_CHARACTERS = 20_000  # of a longer text only the beginning is sent, and a person looks at it
MOST_MEGABYTES = 25  # a bigger file is not opened

# Files that lie beside the cases and are no cases: a brief, a table of labels, what Windows hides.
NOT_CASES = {".md", ".csv", ".db", ".ini"}

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it grumbles about untidy files; we say why


# ---- 1. Reading one file ------------------------------------------------------------------------

def read_case(path):
    """The text of one file. Raises ValueError, with a sentence for a person, if there is none."""
    path = Path(path)
    try:
        if path.stat().st_size > MOST_MEGABYTES * 1_000_000:
            raise ValueError(f"The file is bigger than {MOST_MEGABYTES} MB.")
        raw = path.read_bytes()
    except OSError:
        raise ValueError("The file cannot be opened.") from None
    if not raw.strip():
        raise ValueError("The file is empty.")
    text = READERS[kind_of(path, raw)](path, raw)
    if not text.strip():
        raise ValueError("There is no text in this file.")
    return text.strip()


def kind_of(path, raw):
    """What the file really is. Its first letters tell more than its name."""
    if raw.lstrip().startswith(b"%PDF"):
        return ".pdf"
    if raw.startswith(b"PK"):
        return kind_of_office_file(path)
    if raw.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"II*\x00", b"MM\x00*")):
        raise ValueError("This is a picture. A person must read it.")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("This is an old Word, Excel or Outlook file, or one with a password.")
    ending = path.suffix.lower()
    if ending in (".eml", ".txt"):
        return ending
    if ending in READERS:
        raise ValueError(f"The name ends in {ending}, but the file is damaged or something else.")
    raise ValueError(f"Files that end in “{ending}” cannot be read here.")


def kind_of_office_file(path):
    """Word and Excel files are zip archives: what lies inside says which of them it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise ValueError("The file is damaged and cannot be opened.") from None
    if size > 10 * MOST_MEGABYTES * 1_000_000:
        raise ValueError("The file is far bigger inside than it looks. Ask IT before you open it.")
    if "word/document.xml" in inside:
        return ".docx"
    if "xl/workbook.xml" in inside:
        return ".xlsx"
    raise ValueError("This is a zip archive. Unpack it first.")


def read_text(path, raw):
    """Text as Windows, Mac and Linux programs save it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw:
        raise ValueError("This is not a text, whatever its name says.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_mail(path, raw):
    """Subject and text of a mail."""
    message = email.message_from_bytes(raw, policy=policy.default)
    try:
        subject = " ".join(str(message["subject"] or "").split())
    except Exception:  # a broken header must not hide the mail
        subject = ""
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except Exception:
        part = None
    body = mail_text(part) if part else ""
    if not body.strip() and message.get_content_maintype() != "text":
        raise ValueError("The mail has an attachment and no text of its own.")
    return f"{subject}\n\n{body}"


def mail_text(part):
    """The words of a mail, also where it lies about its encoding."""
    raw = part.get_payload(decode=True) or b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):  # an unknown name, or a wrong one
        text = read_text(None, raw.replace(b"\x00", b" "))
    return without_tags(text) if part.get_content_type() == "text/html" else text


def without_tags(page):
    """The words of a web page, without its <tags>."""
    page = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|$)", " ", page)
    page = re.sub(r"(?i)<br\s*/?>|</p>|</div>|</tr>|</li>", "\n", page)
    words = html.unescape(re.sub(r"<[^<>]*>", " ", page))
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return "\n".join(line for line in lines if line)


def read_pdf(path, raw):
    """The text of a PDF. A scanned page is a picture: there is no text in it."""
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise PermissionError
        pages = len(reader.pages)
        text = "\n".join(page.extract_text() or "" for page in reader.pages[:100])
    except PermissionError:
        raise ValueError("The PDF is locked with a password.") from None
    except Exception:  # pypdf has many names for “damaged”
        raise ValueError("The PDF is damaged or locked and cannot be opened.") from None
    if not pages:
        raise ValueError("The PDF has no pages.")
    if not text.strip():
        raise ValueError("The PDF is a scan: a picture without text. A person must read it.")
    return text


def read_word(path, raw):
    """Paragraphs and tables of a Word file, from top to bottom."""
    lines = []
    try:
        for block in docx.Document(str(path)).iter_inner_content():
            if hasattr(block, "rows"):  # a table
                lines += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
    except Exception:
        raise ValueError("The Word file is damaged and cannot be opened.") from None
    return "\n".join(lines)


def read_excel(path, raw):
    """The cells of every sheet, row by row; at most 5,000 rows a sheet."""
    lines = []
    try:
        with warnings.catch_warnings(action="ignore"):  # about colours and the like
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            for sheet in book.worksheets:
                for row in sheet.iter_rows(values_only=True, max_row=5_000):
                    cells = ["" if value is None else str(value) for value in row]
                    if any(cells):
                        lines.append(" | ".join(cells))
            book.close()
    except Exception:
        raise ValueError("The Excel file is damaged and cannot be opened.") from None
    return "\n".join(lines)


READERS = {
    ".eml": read_mail, ".txt": read_text, ".pdf": read_pdf, ".docx": read_word, ".xlsx": read_excel,
}


# ---- 2. One file, one row -----------------------------------------------------------------------

def make_row(name, path, solve, model, twin="", tries=TRIES):
    """Everything about one file in one dictionary. Whatever happens, there is a row."""
    row = {"id": name, "status": "ok", "reason": "", "answer": {}, "tokens": 0, "model": model}
    begun = time.perf_counter()
    if twin:
        row.update(status="unsure", reason=f"The same file as {twin}. Do not handle it twice.")
    else:
        row.update(read_and_solve(path, solve, model, tries))
    row["seconds"] = round(time.perf_counter() - begun, 3)
    return row


NO_ANSWER = "The model did not answer."


def read_and_solve(path, solve, model, tries):
    """The part of a row that can go wrong. A problem becomes a status and a reason."""
    try:
        text = read_case(path)
    except ValueError as problem:  # read_case says what is wrong, in a sentence
        return {"status": "error", "reason": str(problem)}
    except Exception:
        return {"status": "error", "reason": "The file is damaged and cannot be read."}
    try:
        return answer_for(text, solve, model, tries)
    except openai.OpenAIError as problem:
        return {"status": "error", "reason": f"{NO_ANSWER} {first_line(problem)}"}
    except Exception as problem:  # a slip in solve: one row is lost, not the whole night
        kind = type(problem).__name__
        return {"status": "error", "reason": f"solve stopped: {kind}: {first_line(problem)}"}


def answer_for(text, solve, model, tries):
    """What solve says about a text, as a part of a row."""
    answer = ask_again(solve, text[:MOST_CHARACTERS], model, tries)
    if not isinstance(answer, dict):
        raise TypeError(f"it gave {type(answer).__name__}, not a dictionary")
    answer = json.loads(json.dumps(answer, default=str))  # only what the diary can hold
    reason = str(answer.pop("reason", "") or "")
    tokens = answer.pop("tokens", None)
    status = "unsure" if answer.get("label") == "unsure" else "ok"
    if len(text) > MOST_CHARACTERS:
        status = "unsure"
        reason = f"A long text: only the first {MOST_CHARACTERS:,} characters were read."
    if status == "unsure" and not reason:
        reason = "The model was not sure."
    if not isinstance(tokens, int):
        tokens = guess_tokens(text[:MOST_CHARACTERS], solve)
    return {"answer": answer, "status": status, "reason": reason, "tokens": tokens}


def guess_tokens(text, solve):
    """A rough guess where solve does not count: a token is about four letters, the prompt too."""
    prompt = getattr(sys.modules.get(solve.__module__), "PROMPT", "")
    return (len(str(prompt)) + len(text)) // 4


def ask_again(solve, text, model, tries):
    """Call solve. If the model is busy or away, wait a little and try again, longer each time."""
    for attempt in range(1, tries + 1):
        try:
            return solve(text, model=model)
        except BUSY as problem:
            spent = getattr(problem, "code", "") == "insufficient_quota"
            if spent or attempt == tries:  # a budget does not come back by waiting
                raise
            time.sleep(PAUSE * attempt)


# Errors that may be over in a moment: no connection, too many questions, a fault at the other end.
BUSY = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)


def first_line(problem):
    """The first line of an error, short enough for a table."""
    return (str(problem).strip().splitlines() or [""])[0][:200]


# ---- 3. The diary: what is done stays done ------------------------------------------------------

def append(diary, row):
    """Write one row to the end of the diary, and wait until it is really on the disk."""
    line = json.dumps(row, ensure_ascii=False) + "\n"
    with diary.open("ab") as file:
        file.write(line.encode(errors="replace"))
        file.flush()
        os.fsync(file.fileno())


def read_diary(diary):
    """The rows written so far, by their id. The newest row of a file counts."""
    rows = {}
    if diary.exists():
        drop_half_line(diary)
        for line in diary.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                row = json.loads(line)
                rows[row["id"]] = row
            except (ValueError, TypeError, KeyError):  # an empty or damaged line: done again
                continue
    return rows


def drop_half_line(diary):
    """If we were stopped in the middle of a line, cut that half line off."""
    written = diary.read_bytes()
    whole = written.rfind(b"\n") + 1
    if whole < len(written):
        os.truncate(diary, whole)


def mark_of(path, solve, model, twin):
    """A short mark of all that a row was made from. If one part changes, the row is made again."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b"?"
    parts = [digest(content), source_of(solve), model, twin]
    return digest("\n".join(parts).encode())


def digest(content):
    """A fingerprint of some bytes: other bytes, other fingerprint."""
    return hashlib.sha256(content).hexdigest()[:16]


def source_of(solve):
    """The text of the file that solve comes from; in a notebook, of the function itself."""
    file = getattr(sys.modules.get(solve.__module__), "__file__", None)
    try:
        return Path(file).read_text(encoding="utf-8") if file else inspect.getsource(solve)
    except (OSError, TypeError, UnicodeDecodeError):
        return solve.__name__


# ---- 4. The whole folder ------------------------------------------------------------------------

def find_cases(input_folder, output_folder):
    """Every case below the folder, by its id: its name, with the ending only where it is needed."""
    if input_folder == output_folder:
        raise ValueError("The output needs a folder of its own, not the one with the cases.")
    if not input_folder.is_dir():
        raise FileNotFoundError(f"There is no folder called {input_folder}.")
    everything = sorted(input_folder.rglob("*"))
    paths = [path for path in everything if is_case(path, input_folder, output_folder)]
    if not paths:
        raise FileNotFoundError(f"There are no files in the folder {input_folder}.")
    stems = Counter(path.stem for path in paths)
    cases = {}
    for path in paths:
        alone = stems[path.stem] == 1
        cases[path.stem if alone else path.relative_to(input_folder).as_posix()] = path
    return cases


def is_case(path, input_folder, output_folder):
    """Hidden files, our own output and the papers beside the cases are no cases."""
    parts = path.relative_to(input_folder).parts
    hidden = any(part.startswith((".", "~$", "__")) for part in parts)
    ours = output_folder in path.parents
    return path.is_file() and not hidden and not ours and path.suffix.lower() not in NOT_CASES


def find_twins(cases):
    """For each file that is the same, byte for byte, as an earlier one: the id of that one."""
    first, twins = {}, {}
    for name, path in cases.items():
        try:
            content = digest(path.read_bytes())
        except OSError:
            continue
        if path.stat().st_size and first.setdefault(content, name) != name:
            twins[name] = first[content]
    return twins


def run(input_folder, output_folder, solve, model="bootcamp-small"):
    """Send every file of the input folder through solve, and write the tables; give the totals."""
    if not callable(solve):
        raise TypeError("Hand over the function itself, without brackets after its name.")
    input_folder = Path(input_folder).expanduser().resolve()
    output_folder = Path(output_folder).expanduser().resolve()
    cases = find_cases(input_folder, output_folder)
    twins = find_twins(cases)
    output_folder.mkdir(parents=True, exist_ok=True)
    diary = output_folder / "rows.jsonl"
    rows = read_diary(diary)
    silent = 0  # how many files in a row the model has not answered
    for name, path in cases.items():
        twin = twins.get(name, "")
        mark = mark_of(path, solve, model, twin)
        old = rows.get(name, {})
        if old.get("mark") == mark and old.get("status") != "error":
            continue  # done before, and nothing has changed
        row = make_row(name, path, solve, model, twin, TRIES if silent < 3 else 1)
        rows[name] = {**row, "mark": mark}
        append(diary, rows[name])
        silent = silent + 1 if row["reason"].startswith(NO_ANSWER) else 0
    return write_tables([rows[name] for name in cases], output_folder, model)


# ---- 5. The tables ------------------------------------------------------------------------------

def write_tables(rows, output_folder, model):
    """The four files that people and other programs read. Returns what stands in result.json."""
    lines = pd.DataFrame([line for row in rows for line in prediction_lines(row)])
    columns = [column for column in lines.columns if column not in ("id", "reason", "status")]
    save(lines[["id", *columns, "reason", "status"]], output_folder / "predictions.csv")

    table = pd.DataFrame(rows)[["id", "status", "reason", "tokens", "seconds", "model"]]
    review = table[table["status"] != "ok"][["id", "status", "reason"]]
    save(review.assign(reason=review["reason"].map(harmless)), output_folder / "review_queue.csv")
    save(table[["id", "tokens", "seconds", "model"]], output_folder / "cost_log.csv")

    result = {
        "items": len(table),
        "handled": len(table) - len(review),
        "to_review": len(review),
        "tokens": int(table["tokens"].sum()),
        "seconds": round(float(table["seconds"].sum()), 1),
        "model": model,
    }
    write_whole(output_folder / "result.json", json.dumps(result, indent=2))
    return result


def prediction_lines(row):
    """One line a file; several if solve gave a list of dictionaries under the name “rows”."""
    answer = {key: value for key, value in row["answer"].items() if key not in ("id", "status")}
    several = answer.pop("rows", None)
    parts = several if isinstance(several, list) else []
    parts = [part for part in parts if isinstance(part, dict)]
    ours = {"reason": row["reason"], "status": row["status"]}
    return [{"id": row["id"], **answer, **part, **ours} for part in parts or [{}]]


def harmless(text):
    """A sheet takes a text that begins with = for a formula, also one out of a stranger's mail."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def save(table, path):
    """Write a table as CSV."""
    write_whole(path, table.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n"))


def write_whole(path, text):
    """Write a file so that at every moment the old one or the new one is there, never a half."""
    half = path.with_name(path.name + ".half")
    half.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    half.replace(path)
