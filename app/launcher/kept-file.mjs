// @ts-check
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file whole or not at all, readable by its owner alone, and on the disk when this returns: power may go at any moment.
 * @param {string} path
 * @param {string} text
 */
export function writeKept(path, text) {
  const draft = openSync(`${path}.new`, 'w', 0o600)
  writeSync(draft, text)
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${path}.new`, path)
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
