/** Standard modules that work in the WebAssembly build of CPython 3.14 as they do elsewhere. */
export const STANDARD_MODULES: ReadonlySet<string> = new Set(`
  __future__ abc annotationlib argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath
  cmd code codecs codeop collections colorsys compileall compression configparser contextlib contextvars copy copyreg csv
  dataclasses datetime decimal difflib dis doctest email encodings enum errno faulthandler fcntl filecmp fileinput fnmatch
  fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib gzip hashlib heapq hmac html http imaplib
  importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap
  modulefinder netrc ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform
  plistlib poplib posix posixpath pprint profile pstats pty py_compile pyclbr queue quopri random re reprlib rlcompleter runpy
  sched secrets select selectors shelve shlex shutil signal site smtplib socket sqlite3 sre_compile sre_constants sre_parse ssl
  stat statistics string stringprep struct symtable sys sysconfig tabnanny tarfile tempfile termios textwrap time timeit token
  tokenize tomllib trace traceback tracemalloc tty types typing unicodedata unittest urllib uuid warnings wave weakref wsgiref xml
  xmlrpc zipapp zipfile zipimport zlib zoneinfo
`.trim().split(/\s+/))

/** Modules of the standard library that import but cannot do their work without processes or threads. */
export const CRIPPLED_MODULES: ReadonlySet<string> = new Set(['_thread', 'concurrent', 'ctypes', 'multiprocessing', 'socketserver', 'subprocess', 'threading'])
