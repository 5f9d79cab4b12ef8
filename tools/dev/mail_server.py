"""A real SMTP server (aiosmtpd) for the tests of letters: keeps what it takes, refuses whom it is told to.

mail_server.py FOLDER   listens on a free port of 127.0.0.1 and prints it. Each letter taken becomes FOLDER/<n>.eml,
whole before it has this name. Receivers steer it: later@… is refused for now (451), never@… for good (550),
hangup@… is taken and then the connection breaks before the answer. Sign in as bao with the word `mat:khau`; who
does not may write too, but never with a wrong word. Ends when its standard input does.
"""

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "later":
            return "451 4.2.0 come again"
        if who == "never":
            return "550 5.1.1 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        path = os.path.join(self.folder, f"{self.taken:04}.eml")
        with open(path + ".part", "wb") as file:
            file.write(f"X-To: {','.join(envelope.rcpt_tos)}\r\n".encode())
            signed = getattr(session, "authenticated", False)
            file.write(f"X-Signed-In: {'yes' if signed else 'no'}\r\n".encode())
            file.write(envelope.content)
        os.rename(path + ".part", path)
        if envelope.rcpt_tos[0].startswith("hangup@"):
            server.transport.abort()
        return f"250 OK queued as {self.taken:04}"


def signs_in(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"bao", b"mat:khau")
    return AuthResult(success=right, handled=False)


async def main(folder):
    keeper = Keeper(folder)
    loop = asyncio.get_running_loop()

    def talk():
        return SMTP(keeper, authenticator=signs_in, auth_require_tls=False, enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main(sys.argv[1]))
