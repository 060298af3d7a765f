// @ts-check
/**
 * Loaded into the platform before its own code: when the launcher dies without a word (kill -9), the channel to it
 * breaks and the platform ends itself in order. Its own workers load this too and are left alone.
 */
import process from 'node:process'

if (process.env.ENISHI_LAUNCHER_PID === String(process.ppid) && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}
