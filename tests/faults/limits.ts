import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const quiet = {
  encoding: 'utf8' as const,
  stdio: ['ignore' as const, 'pipe' as const, 'ignore' as const],
} satisfies ExecFileSyncOptionsWithStringEncoding

/** Sets a soft limit of a running process; Linux alone can. @returns what it was */
export function limit(pid: number, what: 'nofile' | 'data', soft: number | 'unlimited'): string {
  const before = execFileSync('prlimit', ['--pid', String(pid), `--${what}`, '--output', 'SOFT', '--noheadings'], quiet).trim()
  execFileSync('prlimit', ['--pid', String(pid), `--${what}=${soft}:`], quiet)
  return before
}

export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** A figure of /proc/PID/status in bytes, 0 where the process is gone. */
export function memory(pid: number, name: 'VmRSS' | 'VmHWM' | 'VmData'): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Forgets the peak, so that VmHWM counts from now on. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
