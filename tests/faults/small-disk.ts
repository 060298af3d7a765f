import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, small enough to fill. */
export type SmallDisk = {
  folder: string
  freeMb(): number
  /** Takes space until this much is left. */
  fill(leaveMb: number): void
  /** Gives all of it back. */
  free(): void
  close(): Promise<void>
}

const MB = 1024 * 1024
const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })

/** A file in memory, or an ext4 file system in a file: whichever this machine lets us mount. @throws where it lets us mount neither */
export async function smallDisk(sizeMb: number): Promise<SmallDisk> {
  const base = await mkdtemp(join(tmpdir(), 'enishi-small-disk-'))
  const folder = join(base, 'disk')
  mkdirSync(folder)
  const ways: (() => void)[] = [
    () => void run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0755`, 'tmpfs', folder]),
    () => {
      const image = join(base, 'image')
      run('truncate', ['-s', `${sizeMb}M`, image])
      run('mkfs.ext4', ['-q', '-F', '-m', '0', image])
      run('mount', ['-o', 'loop', image, folder])
    },
  ]
  const why: string[] = []
  for (const mount of ways) {
    try {
      mount()
      return disk(base, folder)
    } catch (error) {
      why.push(error instanceof Error ? (error.message.split('\n').findLast((l) => l.trim() !== '') ?? '') : String(error))
    }
  }
  await rm(base, { recursive: true, force: true })
  throw new Error(
    `F3 は小さなファイルシステムをマウントします。マウントできる権限（root など）で実行してください。 / F3 mounts a small file system; run it as somebody who may mount (root). ${why.join('; ')}`,
  )
}

/** Whether this machine lets us mount a small disk at all. */
export async function canMount(): Promise<boolean> {
  try {
    await (await smallDisk(8)).close()
    return true
  } catch {
    return false
  }
}

function disk(base: string, folder: string): SmallDisk {
  const ballast = join(folder, 'ballast')
  const freeMb = () => {
    const { bavail, bsize } = statfsSync(folder)
    return (bavail * bsize) / MB
  }
  return {
    folder,
    freeMb,
    fill(leaveMb) {
      const file = openSync(ballast, 'a')
      const piece = Buffer.alloc(MB / 4)
      try {
        while (freeMb() > leaveMb) writeSync(file, piece)
      } catch {
        // Full to the last block.
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    async close() {
      run('umount', ['-l', folder])
      await rm(base, { recursive: true, force: true })
    },
  }
}
