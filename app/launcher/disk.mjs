// @ts-check
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { stop } from './sentences.mjs'

/**
 * Free space for ordinary users, in MB, on the disk that holds (or will hold) the folder.
 * @param {string} folder
 */
export function freeMb(folder) {
  let there = folder
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  const { bavail, bsize } = statfsSync(there)
  return Math.floor((bavail * bsize) / 1_048_576)
}

/**
 * @refuses disk-full
 * @param {string} folder
 * @param {number} needMb
 */
export function needSpace(folder, needMb) {
  const free = freeMb(folder)
  if (free < needMb) throw stop('disk-full', { folder, freeMb: free, needMb })
}

/**
 * Turns "no space left" from anywhere below into the sentence about the disk; anything else passes unchanged.
 * @param {unknown} error
 * @param {string} folder
 * @param {number} needMb
 * @returns {unknown}
 */
export function spaceOr(error, folder, needMb) {
  const text = error instanceof Error ? `${/** @type {NodeJS.ErrnoException} */ (error).code} ${error.message}` : String(error)
  return /ENOSPC|No space left on device/.test(text) ? stop('disk-full', { folder, freeMb: freeMb(folder), needMb }) : error
}
