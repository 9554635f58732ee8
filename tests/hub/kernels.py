"""Runs code in a citizen's real kernel, through the proxy, as a notebook does."""

from __future__ import annotations

import json
import uuid
from types import TracebackType
from typing import Any

import httpx
import websocket

from tests.conftest import Bootcamp, eventually


class RemoteKernel:
    """A kernel in the server of `login`: `with RemoteKernel(hub, "amina") as kernel: ...`."""

    def __init__(self, hub: Bootcamp, login: str) -> None:
        self.token = hub.token(login)
        self.login = login
        self.http = httpx.Client(
            base_url=hub.url, headers={"Authorization": f"token {self.token}"}, timeout=60
        )
        self._ws_url = f"ws://localhost:{hub.port}/user/{login}/api/kernels"

    def __enter__(self) -> RemoteKernel:
        answer = self.http.post(f"/hub/api/users/{self.login}/server")
        assert answer.status_code in {201, 202, 400}, answer.text
        eventually(self._server_ready, within=90)
        kernel = self.http.post(f"/user/{self.login}/api/kernels", json={"name": "python3"})
        assert kernel.status_code == 201, kernel.text
        self._id = kernel.json()["id"]
        self._ws = websocket.create_connection(
            f"{self._ws_url}/{self._id}/channels",
            header=[f"Authorization: token {self.token}"],
            timeout=60,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ws.close()
        self.http.delete(f"/user/{self.login}/api/kernels/{self._id}")
        self.http.close()

    def run(self, code: str) -> str:
        """Run `code` and give what it printed, errors included."""
        request = uuid.uuid4().hex
        header = {"msg_id": request, "msg_type": "execute_request", "username": "", "session": "t"}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        self._ws.send(
            json.dumps(
                {
                    "header": {**header, "version": "5.3", "date": ""},
                    "parent_header": {},
                    "metadata": {},
                    "content": content,
                    "channel": "shell",
                }
            )
        )
        printed = ""
        while True:
            message: dict[str, Any] = json.loads(self._ws.recv())
            if message.get("parent_header", {}).get("msg_id") != request:
                continue
            kind, said = message["msg_type"], message["content"]
            if kind == "stream":
                printed += said["text"]
            elif kind == "error":
                printed += f"{said['ename']}: {said['evalue']}"
            elif kind == "status" and said["execution_state"] == "idle":
                return printed

    def _server_ready(self) -> bool:
        servers = self.http.get(f"/hub/api/users/{self.login}").json()["servers"]
        return bool(servers.get("", {}).get("ready"))
