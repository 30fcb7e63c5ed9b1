"""Receivers for alerts: HTTP on port 8081 and SMTP on port 2525, until killed. Prints each that arrives as a JSON line.

Run as a program in a container, with Python alone.
"""

import asyncio
import base64
import json


def show(**what: str) -> None:
    print(json.dumps(what), flush=True)


async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request for each connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lengths = [line.partition(":")[2] for line in head.splitlines() if line.lower().startswith("content-length:")]
    body = await reader.readexactly(int(lengths[0]))
    show(kind="http", path=head.split()[1], body=body.decode())
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
    await writer.drain()
    writer.close()


async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A mail server that wants a login."""
    user = password = to = ""

    async def line(answer: str) -> str:
        writer.write(f"{answer}\r\n".encode())
        return (await reader.readline()).decode().strip()

    said = await line("220 mail")
    while not said.upper().startswith("QUIT") and said:
        match said.upper().split()[0]:
            case "EHLO":
                said = await line("250-mail\r\n250 AUTH LOGIN")
            case "AUTH":
                user = base64.b64decode(await line("334 VXNlcm5hbWU6")).decode()
                password = base64.b64decode(await line("334 UGFzc3dvcmQ6")).decode()
                said = await line("235 welcome")
            case "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                show(kind="mail", to=to, user=user, password=password, text=text)
                said = await line("250 taken")
            case word:
                to = said if word == "RCPT" else to
                said = await line("250 fine")
    writer.write(b"221 bye\r\n")
    writer.close()


async def main() -> None:
    servers = [await asyncio.start_server(http, "", 8081), await asyncio.start_server(smtp, "", 2525)]
    show(kind="ready")
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
