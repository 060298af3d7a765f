// @ts-check

/**
 * Turns the signals of a launcher into two questions: please stop, and stop at once (a second Ctrl-C).
 * npm passes on a Ctrl-C which the terminal has sent us as well; what comes within half a second is the same wish.
 * @param {{ politely: (signal: NodeJS.Signals) => void, atOnce: () => void }} wishes
 */
export function listenForSignals({ politely, atOnce }) {
  let first = 0
  /** @param {NodeJS.Signals} signal */
  const heard = (signal) => {
    if (first === 0) {
      first = Date.now()
      politely(signal)
    } else if (Date.now() - first > 500) {
      atOnce()
    }
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, heard)
}
