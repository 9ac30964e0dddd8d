import { gunzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Pack } from 'tar-stream'
import { NightshiftError } from '../../model/errors.ts'

/** A program without a C library that copies its input; its source is test/execution/fixtures/copy.c. */
const PROGRAMS: Readonly<Record<string, string>> = {
  x64: 'H4sIAAAAAAACA6t39XFjYmRkgAEmBjsGEG8DgwOY7wAVV2CCKwGKWQDVOTCwMbCC1bKD1UMATB+MloEabaAINQeqLvBpSQobA/FAAEo77gQ51tXwgGO4q+ElxzCP48fn/P//36fzhE/nIcfQfesZHRgcQ0KD+Vkddy0BqvTodFH5sW8fUBSoZJcj0Bf8rB7NNSo/GDw7D1aKAs3YYQM0dj83kPDpPAY0hJ/Vt/VkpYjhJbgcDwPInGtAI/c8EAQavxfkmt0gKcd9IO857ucFkoZvPbqB5gJ1+XQ+8+h84dP5ip/Vs/OAR+uBSj6Pzhs+nf89Ot95dL56LVgqCFQFFjoOsxOs7YNP53mgZrCAp+WBkjVgVfv5YPa/nq1fklicrZ+SWJKol5SZx6BflFpcmlNSrJ+cX1DJ4O7sbKWg4ZKalJmYp2BopGekZ6BraKKdkppkaFRqqAkVYmDQK84oLikqSUxi0CtJrShh0CvKB5nIoJdUXMygl5yfm5uaV8JAHQAKV1AYsWGkDwj4j6aeEY0vCBUzgvJB8QuhIXxZHPphtCQQcwAxM5QPikAQOMOIlrAYUNMnDMhBzTJAE4fpVydgPyOS3cjgMwH9MAAA5Qx4uKADAAA=',
  arm64: 'H4sIAAAAAAACA6VSvUvDQBR/l9Qk0II6qYjWj6UOXm3pIE4pfg4OKu6aakTRttKcUF0M6uRk/QscSycnXR0dnIqjgwqtggi6ddF4l1xqOUUFHxzvvd/He5dwu+PTExJC4IcE58C6U9DdXue4LtUlFBumOh1UUFyt6uq98H11Px89E/YKjetmK2RZgb9HC8+aapcXQ/YxnXYkgV3uPVEKMs20v2ZYVYZS741SYJq+Kbu8n/C4CsWrUDsrBqkfMcwuM7/vrXDO/oY7oJ9DT+FWVkp3cqD0qDJ+r84/0NlhgNdDCebZjJOGGYy/lZtc372sljTtc64D8LT45rieC8FTcZy25LvHPdM6SgxrPbpsEAOn1jIQzZnW1gaxokvZze3G/4N25iCQ70adobCLtdNz9e44Nc5Pjo6O9ETGzNSakemJxXEcDw3GEgO8BMDWqkVyxEgBJmaeAM5l2VLA5urCSs5Im4BTlgV4KZtOmxkC/40guzM9ypf340VN0AeEvpX747wvIp1nr+8S9EjIHbz2n/cl919yQUTwa0LfzzG5/lCTbnpBwsMV9voR4diQgPv+8C/3R427G6KZf1AMft7/ATq923EABAAA'
}

export const SELF_TEST_PROGRAM = 'copy'

/** The program this machine's engine runs as its self-test. Throws NS_E_PLATFORM on an architecture without one. */
export function selfTestProgram (arch: string = process.arch): Buffer {
  const program = PROGRAMS[arch]
  if (program === undefined) throw new NightshiftError('NS_E_PLATFORM', `containers are not supported on ${arch} machines yet: there is no self-test program for them`)
  return gunzipSync(Buffer.from(program, 'base64'))
}

/** An image with nothing in it, as a root file system for the engine to import. */
export function emptyRootFs (): Pack {
  const tar = pack()
  tar.entry({ name: 'etc/', type: 'directory', mode: 0o755, mtime: new Date(0) })
  tar.finalize()
  return tar
}
