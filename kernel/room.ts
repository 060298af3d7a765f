import { statfsSync } from 'node:fs'

/** Whether there is room for more than reading, auditing and small acts. */
export type Room = () => boolean

export type RoomAbout = {
  /** Where the database keeps its data; null where that is another machine's, whose operator watches it. */
  folder: string | null
  reserveMb: number
  /** Called when the answer changes. */
  tell?: (change: { room: boolean; freeMb: number; reserveMb: number }) => void
}

const LOOK_MS = 50
const MB = 1_048_576

/**
 * Keeps the last of a disk free: nothing is shown without an entry of the log, so a disk that records have filled to the end stops
 * readers as well. Looked at 20 times a second at most; a folder that cannot be looked at holds nobody back, the database then answers
 * for itself.
 */
export function roomOn({ folder, reserveMb, tell }: RoomAbout): Room {
  if (folder === null || reserveMb === 0) return () => true
  let looked = Number.NEGATIVE_INFINITY
  let room = true
  return () => {
    const now = performance.now()
    if (now - looked < LOOK_MS) return room
    looked = now
    const freeMb = freeOn(folder)
    const has = freeMb >= reserveMb
    if (has !== room) tell?.({ room: has, freeMb: Math.floor(freeMb), reserveMb })
    room = has
    return room
  }
}

/** Free space for ordinary users, in MB. */
function freeOn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return (bavail * bsize) / MB
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
