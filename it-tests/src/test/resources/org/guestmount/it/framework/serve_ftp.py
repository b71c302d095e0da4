"""Serves a folder to one user by FTP, on a port of 127.0.0.1.

serve_ftp.py FOLDER PORT USER PASSWORD
"""
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

folder, port, user, password = sys.argv[1:]
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_user(user, password, folder)
FTPServer(('127.0.0.1', int(port)), FTPHandler).serve_forever()
