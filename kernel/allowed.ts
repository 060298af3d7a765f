import { isHttpRow, type Row } from './route.ts'

/** Methods that rows take at an address, in the order of the rows; none where no row stands there. HEAD goes with GET. */
export function allowedMethods(rows: readonly Row[]): (path: string) => readonly string[] {
  const patterns = rows.filter(isHttpRow).map((row) => ({ method: row.method, pattern: patternOf(row.path) }))
  return (path) => {
    const found = new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method as string))
    return found.has('GET') ? [...found, 'HEAD'] : [...found]
  }
}

/** The addresses of a row's path: each parameter stands for one segment, or the part of one that it is written in. */
function patternOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((part) => part.replace(/[$.*+?^()[\]{}|\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+'))
    .join('/')
  return new RegExp(`^${source}/?$`)
}
