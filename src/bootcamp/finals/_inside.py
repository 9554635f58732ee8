"""Runs one notebook by papermill; this file is started inside the sandbox, by its path.

It imports nothing of ours, and whatever it says is only as true as the team's code lets it be:
progress and a first idea of what failed. What counts is recomputed outside.

Its one argument is a JSON object: notebook, executed, folder, parameters, output_bytes, and for a
notebook that may ask the model, model_socket and model_port. One JSON object a line comes out.
"""

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

_BLOCK = 65_536
_READY_SECONDS = 10


class ModelRelay:
    """Listens on this sandbox's own loopback and passes each connection on to the gateway."""

    def __init__(self, socket: str, port: int) -> None:
        self._socket = socket
        self._port = port
        self._ready = threading.Event()

    def start(self) -> None:
        """Serve from a thread of its own; returns when connections are accepted."""
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        if not self._ready.wait(_READY_SECONDS):
            raise RuntimeError("The way to the model could not be opened.")

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._passed_on, "127.0.0.1", self._port)
        self._ready.set()
        async with server:
            await server.serve_forever()

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def say(**event: Any) -> None:
    """Write one event for the process outside."""
    print(json.dumps(event), flush=True)


def run(settings: dict[str, Any]) -> None:
    """Execute the notebook; a failure in a cell is said as an event, not raised."""
    # After the relay, and here: these imports take most of a second.
    from nbclient.exceptions import DeadKernelError  # noqa: PLC0415

    # As in `bootcamp.lean`, which this file does without.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from papermill import execute_notebook  # noqa: PLC0415
    from papermill.clientwrap import PapermillNotebookClient  # noqa: PLC0415
    from papermill.engines import NBClientEngine, papermill_engines  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    at = {"cell": -1, "left": 0}

    class BoundedClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill is untyped
        """Papermill's client, with an end to what one cell may print."""

        def output(self, outs: Any, msg: Any, display_id: str, cell_index: int) -> Any:
            if at["left"] < 0:
                return None
            at["left"] -= len(json.dumps(msg["content"], default=str))
            if at["left"] < 0:
                note = "[The rest of this cell's output is left out: it is too long.]\n"
                msg["msg_type"] = msg["header"]["msg_type"] = "stream"
                msg["content"] = {"name": "stdout", "text": note}
            return super().output(outs, msg, display_id, cell_index)

    class BoundedEngine(NBClientEngine):  # type: ignore[misc]  # papermill is untyped
        """Papermill's engine, telling outside as each cell begins."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
            begin = nb_man.cell_start

            def cell_start(cell: Any, cell_index: int, **options: Any) -> None:
                at.update(cell=cell_index, left=settings["output_bytes"])
                say(event="cell", cell=cell_index, cells=len(nb_man.nb.cells))
                begin(cell, cell_index=cell_index, **options)

            nb_man.cell_start = cell_start
            BoundedClient(
                nb_man, kernel_name=kernel_name, timeout=None, startup_timeout=60
            ).execute()

    papermill_engines.register("bounded", BoundedEngine)
    try:
        execute_notebook(
            settings["notebook"],
            settings["executed"],
            parameters=settings["parameters"],
            engine_name="bounded",
            # Whatever the notebook says of itself: these are Python notebooks.
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=settings["folder"],
        )
    except PapermillExecutionError as error:
        say(event="failed", cell=at["cell"], kind=error.ename[:100], text=error.evalue[:2000])
    except DeadKernelError:
        say(event="failed", cell=at["cell"], kind="DeadKernelError", text="")
    except Exception as error:  # said in a report, whatever it is
        kind = type(error).__name__
        say(event="failed", cell=at["cell"], kind=kind, text=str(error)[:2000])
    else:
        say(event="done")


def main() -> None:
    """Open the way to the model where one is given, then run."""
    settings = json.loads(sys.argv[1])
    if settings.get("model_socket"):
        ModelRelay(settings["model_socket"], settings["model_port"]).start()
    Path(settings["executed"]).parent.mkdir(parents=True, exist_ok=True)
    run(settings)


if __name__ == "__main__":
    main()
