/** The control: the platform with files that never reach the disk when it says so. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import './no-sync.ts'

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
