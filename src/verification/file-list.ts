import type { FileRef } from '../model/block.ts'
import { errorMessage } from '../model/errors.ts'
import { checkRelativePath } from '../model/paths.ts'

/** Most files, and bytes in all of them, one result may have. */
export interface FileListBounds {
  readonly outputFiles: number
  readonly outputBytes: number
}

/**
 * What is wrong with a list of result files, in words: too many, too much, a
 * path that leaves its folder, a path listed twice or that another file has as a
 * folder. Undefined for a list that can be placed in any folder.
 */
export function fileListProblem (files: readonly FileRef[], bounds: FileListBounds): string | undefined {
  if (files.length > bounds.outputFiles) return `lists ${files.length} files, ${bounds.outputFiles} are allowed`
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  if (bytes > bounds.outputBytes) return `lists ${bytes} bytes, ${bounds.outputBytes} are allowed`
  const paths = new Set<string>()
  for (const { path } of files) {
    let safe: string
    try {
      safe = checkRelativePath(path)
    } catch (error) {
      return `lists an unsafe path: ${errorMessage(error)}`
    }
    if (paths.has(safe)) return `lists the path ${JSON.stringify(safe)} twice`
    paths.add(safe)
  }
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (paths.has(path.slice(0, end))) return `lists ${JSON.stringify(path.slice(0, end))} both as a file and as a folder`
    }
  }
  return undefined
}
