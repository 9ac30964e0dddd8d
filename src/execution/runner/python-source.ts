/** Modules imported before a task arrives, so that importing them costs the app nothing. */
const PRELOADED = [
  'argparse', 'array', 'asyncio', 'ast', 'atexit', 'base64', 'binascii', 'bisect', 'collections', 'contextlib', 'copy', 'csv', 'dataclasses',
  'datetime', 'decimal', 'enum', 'fractions', 'functools', 'glob', 'gzip', 'hashlib', 'heapq', 'io', 'itertools', 'json', 'locale',
  'logging', 'math', 'operator', 'os', 'pathlib', 'pickle', 'random', 're', 'shutil', 'signal', 'statistics', 'string', 'struct',
  'tempfile', 'textwrap', 'time', 'traceback', 'types', 'typing', 'urllib.parse', 'uuid', 'zipfile', 'zlib'
]

/** Brings a new interpreter to the state a snapshot is taken in. */
export const PREPARE = `import ${PRELOADED.join(', ')}`

/**
 * Defines the function that runs one script the way \`python main.py\` does.
 * It returns "<exit code> <1 when memory ran out>". Modules that reach the
 * JavaScript side are removed first: apps have no use for them.
 */
export const HARNESS = `
def __nightshift():
    import asyncio, atexit, builtins, errno, importlib.abc, json, os, posix, random, sys, time, traceback, types

    hidden = {'js', 'pyodide', '_pyodide', 'pyodide_js', '_pyodide_core', '_pyodide_impl', 'webbrowser_pyodide'}

    class Hidden(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name.partition('.')[0] in hidden:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return None

    for name in [n for n in sys.modules if n.partition('.')[0] in hidden]:
        del sys.modules[name]
    sys.meta_path[:] = [Hidden()] + [f for f in sys.meta_path if 'yodide' not in type(f).__module__ and 'yodide' not in getattr(f, '__module__', '')]
    sys.excepthook = sys.__excepthook__
    sys.dont_write_bytecode = True

    def system(command):
        raise OSError(errno.ENOSYS, 'This sandbox does not run processes')

    os.system = posix.system = system

    class Sleeper:
        def select(self, timeout):
            if timeout is None:
                raise RuntimeError('asyncio waits for something that cannot happen in this sandbox')
            time.sleep(max(0, timeout))
            return []

        def close(self):
            pass

    class Loop(asyncio.BaseEventLoop):
        def __init__(self):
            super().__init__()
            self._selector = Sleeper()

        def _process_events(self, events):
            pass

        def _write_to_self(self):
            pass

    class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
        _loop_factory = Loop

    asyncio.events._set_running_loop(None)
    asyncio.events._event_loop_policy = Policy()
    asyncio.run = asyncio.runners.run

    def exit_code(value):
        if value is None:
            return 0
        if isinstance(value, int):
            return value & 0xff
        print(value, file=sys.stderr)
        return 1

    def finish(code):
        try:
            atexit._run_exitfuncs()
        except BaseException:
            traceback.print_exc()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                code = code or 120
        return code

    def run(entry, environment):
        os.environ.clear()
        os.environ.update(json.loads(environment))
        random.seed(os.environ.get('CHUNK_SEED'))
        script = os.path.join('${'/app'}', entry)
        os.chdir('${'/app'}')
        sys.argv = [entry]
        sys.orig_argv = ['python', entry]
        sys.path[:] = [os.path.dirname(script)] + [p for p in sys.path if p.startswith('/lib/')]
        sys.stdout.reconfigure(encoding='utf-8', line_buffering=True)
        sys.stderr.reconfigure(encoding='utf-8', errors='backslashreplace', line_buffering=True)
        main = types.ModuleType('__main__')
        main.__file__ = script
        main.__builtins__ = builtins
        sys.modules['__main__'] = main
        code, memory = 0, 0
        try:
            with open(script, 'rb') as file:
                text = file.read()
            exec(compile(text, script, 'exec', dont_inherit=True), main.__dict__)
        except SystemExit as stop:
            code = exit_code(stop.code)
        except BaseException as error:
            memory = int(isinstance(error, MemoryError))
            code = 1
            shown = error.__traceback__.tb_next if error.__traceback__ else None
            try:
                sys.excepthook(type(error), error.with_traceback(shown), shown)
            except BaseException:
                traceback.print_exc()
        return f"{finish(code)} {memory}"

    return run

__nightshift()
`
