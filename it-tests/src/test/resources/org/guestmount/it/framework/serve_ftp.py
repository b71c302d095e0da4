"""Serves a folder to one user, on a port of 127.0.0.1 that it writes to a file when it is ready.

serve_images.py http|https|ftp|ssh FOLDER PORTFILE USER SECRET

SECRET is the user's password; of ssh, the file of the public key that lets in. https and ssh need FOLDER.pem and FOLDER.key: a
certificate with its key, and a host key.
"""
import os, sys

protocol, folder, portfile, user, secret = sys.argv[1:]


def ready(port):
    with open(portfile + '.new', 'w') as file:
        file.write(str(port))
    os.rename(portfile + '.new', portfile)


def http(tls):
    import base64, http.server, re, ssl
    login = 'Basic ' + base64.b64encode(f'{user}:{secret}'.encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def do_HEAD(self):
            self.answer(False)

        def do_GET(self):
            self.answer(True)

        def fail(self, status):
            self.send_response(status)
            self.send_header('Content-Length', '0')
            if status == 401:
                self.send_header('WWW-Authenticate', 'Basic realm="images"')
            self.end_headers()

        def answer(self, body):
            if self.path.startswith('/private/') and self.headers.get('Authorization') != login:
                return self.fail(401)
            path = folder + '/' + os.path.basename(self.path.partition('?')[0])
            if not os.path.exists(path):
                return self.fail(404)
            size = os.path.getsize(path)
            first, last = 0, size - 1
            ranged = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
            if ranged:
                first = int(ranged[1])
                last = min(int(ranged[2] or last), last)
            self.send_response(206 if ranged else 200)
            if not self.path.startswith('/whole/'):
                self.send_header('Accept-Ranges', 'bytes')
            if ranged:
                self.send_header('Content-Range', f'bytes {first}-{last}/{size}')
            self.send_header('Content-Length', str(last - first + 1))
            self.end_headers()
            if body:
                with open(path, 'rb') as file:
                    file.seek(first)
                    self.wfile.write(file.read(last - first + 1))

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + '.pem')
        server.socket = context.wrap_socket(server.socket, server_side=True)
    ready(server.server_address[1])
    server.serve_forever()


def ftp():
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer
    FTPHandler.authorizer = DummyAuthorizer()
    FTPHandler.authorizer.add_user(user, secret, folder)
    server = FTPServer(('127.0.0.1', 0), FTPHandler)
    ready(server.address[1])
    server.serve_forever()


def ssh():
    import asyncio, asyncssh

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username):
            return True

    async def serve():
        server = await asyncssh.create_server(
            Server, '127.0.0.1', 0, server_host_keys=[folder + '.key'], authorized_client_keys=secret,
            sftp_factory=True)
        ready(server.sockets[0].getsockname()[1])
        await server.wait_closed()

    asyncio.run(serve())


if protocol == 'ftp':
    ftp()
elif protocol == 'ssh':
    ssh()
else:
    http(protocol == 'https')
