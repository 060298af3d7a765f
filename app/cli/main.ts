/** `npm run enishi -- COMMAND`: the operator's and developer's command line. */
import { clearLine, cursorTo } from 'node:readline'
import type { Io } from './command.ts'
import { run } from './run.ts'

const { env, stdout, stderr } = process

const io: Io = {
  out: (line) => void stdout.write(`${line}\n`),
  err: (line) => void stderr.write(`${line}\n`),
  env,
  // npm runs scripts in the project's folder; paths are meant from where the person stands.
  cwd: (env.npm_lifecycle_event === 'enishi' && env.INIT_CWD) || process.cwd(),
  lang: /^en/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'en' : 'ja',
  ...(stderr.isTTY
    ? {
        redraw: (text: string) => {
          cursorTo(stderr, 0)
          clearLine(stderr, 0)
          stderr.write(text)
        },
      }
    : {}),
}

// A reader that has seen enough (`| head`) closes the pipe; that is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))
process.exitCode = await run(process.argv.slice(2), io)
