/**
 * Loaded before a program, the control: files that say they are on the disk and are only in its cache. Started in the product's place or
 * before it by the fault tests; the product's own code has no such switch.
 */
import { open } from 'node:fs/promises'

const handle = await open('/dev/null')
const files: object = Object.getPrototypeOf(handle)
for (const name of ['sync', 'datasync'])
  Object.defineProperty(files, name, { value: async () => undefined, configurable: true, writable: true })
await handle.close()
