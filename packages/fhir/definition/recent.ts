/** Remembers the results for the last few keys: what is asked for again soon is not made again, and memory stays bounded. */
export function recent<K, V>(most: number): (key: K, make: () => V) => V {
  const known = new Map<K, V>()
  return (key, make) => {
    const before = known.get(key)
    if (before !== undefined) {
      known.delete(key)
      known.set(key, before)
      return before
    }
    const value = make()
    known.set(key, value)
    if (known.size > most) known.delete(known.keys().next().value as K)
    return value
  }
}
