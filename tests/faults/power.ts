import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system in a file, whose power can be cut: what had not reached the file is gone. */
export type Power = {
  folder: string
  /** Stops everybody, keeps what has reached the disk, ends everybody, and comes back with that. `frozen` is called while all stand still. */
  cut(pids: () => number[], frozen: () => void): void
  close(): Promise<void>
}

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })

/** @throws where nobody here may mount */
export async function powered(sizeMb: number): Promise<Power> {
  const base = await mkdtemp(join(tmpdir(), 'enishi-power-'))
  const [folder, image, kept] = [join(base, 'disk'), join(base, 'image'), join(base, 'kept')]
  mkdirSync(folder)
  const mount = () => run('mount', ['-o', 'loop', image, folder])
  try {
    run('truncate', ['-s', `${sizeMb}M`, image])
    run('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    mount()
  } catch (error) {
    await rm(base, { recursive: true, force: true })
    const why = error instanceof Error ? error.message.split('\n').findLast((l) => l.trim() !== '') : String(error)
    throw new Error(
      `F2 はファイルの中のファイルシステムをマウントします。root など、マウントできる権限で実行してください。 / F2 mounts a file system in a file; run it as somebody who may mount (root). ${why}`,
    )
  }
  return {
    folder,
    cut(pids, frozen) {
      // Twice: whoever was made between the first look and the signal is found by the second.
      for (let round = 0; round < 2; round++) signal(pids(), 'SIGSTOP')
      copyAtRest(image, kept)
      frozen()
      signal(pids(), 'SIGKILL')
      run('umount', ['-l', folder])
      renameSync(kept, image)
      mount()
    },
    async close() {
      run('umount', ['-l', folder])
      await rm(base, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * Copies the disk as of one moment. The kernel still writes by itself, and a copy that is half of before and half of after such a write would
 * be of a disk that never was; what comes to the disk while we wait is no harm, because it can only be more.
 */
function copyAtRest(image: string, kept: string): void {
  const changedAt = () => statSync(image, { bigint: true }).mtimeNs
  for (let tries = 0; tries < 60; tries++) {
    // Longer than the clock of files ticks: a write just before the first look would bear the same instant as one just after it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
    const before = changedAt()
    run('cp', ['--sparse=always', image, kept])
    if (changedAt() === before) return
  }
  throw new Error('the disk did not come to rest: there is no moment to copy it as of')
}

function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has just ended.
    }
  }
}

/** Whether this machine lets us mount a file system in a file. */
export async function canCutPower(): Promise<boolean> {
  try {
    await (await powered(16)).close()
    return true
  } catch {
    return false
  }
}

/** A process with all that it started, and what those started. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has just ended.
    }
  }
  const found = [root]
  for (let n = 0; n < found.length; n++) for (const [pid, parent] of parents) if (parent === found[n]) found.push(pid)
  return root > 1 && parents.has(root) ? found : []
}

/** Who started a process, or 0. */
export function parentOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}
