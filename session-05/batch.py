"""The mail room's piece from session 4: a folder in, tables out. Plain Python."""

import email
import json
import re
import time
from email import policy
from pathlib import Path

import pandas as pd

NOT_CASES = {"labels.csv", "brief.md", "notes.csv"}


def read_case(path):
    """Give the text of one file; a ValueError says in plain words why there is none."""
    path = Path(path)
    readers = {".eml": _mail, ".txt": _text, ".pdf": _pdf, ".docx": _word, ".xlsx": _excel}
    if path.suffix.lower() not in readers:
        raise ValueError(f"I cannot read files of the kind {path.suffix or 'without a kind'}")
    if path.stat().st_size == 0:
        raise ValueError("the file is empty")
    try:
        text = readers[path.suffix.lower()](path)
    except Exception as error:
        raise ValueError(f"the file cannot be read ({type(error).__name__})") from error
    if not text.strip():
        raise ValueError("there is no text in it; it may be a scan")
    return text.strip()[:8000]


def run(input_folder, output_folder, solve, model="bootcamp-small"):
    """Solve every file of a folder that is not done yet, and write the four tables."""
    output = Path(output_folder).expanduser()
    output.mkdir(parents=True, exist_ok=True)
    saved = output / "done.json"
    done = json.loads(saved.read_text(encoding="utf-8")) if saved.exists() else {}
    names = []
    for path in sorted(Path(input_folder).expanduser().rglob("*")):
        if not path.is_file() or path.name in NOT_CASES or path.name.startswith("."):
            continue
        names.append(path.stem)
        if done.get(path.stem, {}).get("status", "error") == "error":
            done[path.stem] = _one(path, solve, model)
            saved.write_text(json.dumps(done), encoding="utf-8")
    return _write(output, [done[name] for name in names], model)


def _one(path, solve, model):
    start = time.perf_counter()
    row = {"id": path.stem, "label": "unsure", "reason": "", "status": "ok", "tokens": 0}
    try:
        text = read_case(path)
        row["tokens"] = len(text) // 4
        row.update(solve(text, model))
        if row["label"] == "unsure":
            row["status"] = "unsure"
    except ValueError as error:
        row.update(status="error", reason=str(error))
    except Exception as error:
        row.update(status="error", reason=f"the model did not answer ({type(error).__name__})")
    row["seconds"] = round(time.perf_counter() - start, 3)
    return row


def _write(output, rows, model):
    table = pd.DataFrame(rows, columns=None if rows else ["id", "status", "reason", "tokens", "seconds"])
    review = table[table["status"] != "ok"]
    table.drop(columns=["tokens", "seconds"]).to_csv(output / "predictions.csv", index=False)
    review[["id", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
    table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)
    result = {
        "items": len(table),
        "handled": len(table) - len(review),
        "to_review": len(review),
        "tokens": int(table["tokens"].sum()),
        "seconds": round(float(table["seconds"].sum()), 1),
        "model": model,
    }
    (output / "result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    return result


def _text(path):
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _mail(path):
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    part = message.get_body(preferencelist=("plain", "html"))
    body = part.get_content() if part else ""
    if part and part.get_content_type() == "text/html":
        body = re.sub(r"<[^>]+>", " ", re.sub(r"(?is)<style.*?</style>", " ", body))
    own = [line for line in body.splitlines() if not line.startswith(">")]
    return f"{message['subject'] or ''}\n" + "\n".join(own)


def _pdf(path):
    from pypdf import PdfReader

    return "\n".join(page.extract_text() or "" for page in PdfReader(path).pages)


def _word(path):
    from docx import Document

    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def _excel(path):
    sheets = pd.read_excel(path, sheet_name=None, header=None)
    return "\n".join(sheet.to_csv(index=False, header=False) for sheet in sheets.values())
