/** A map that holds at most `limit` entries and forgets the one unused for longest. */
export type LeastRecent<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  size(): number
}

export function leastRecent<V>(limit: number): LeastRecent<V> {
  const entries = new Map<string, V>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > limit) entries.delete(entries.keys().next().value as string)
    },
    delete: (key) => void entries.delete(key),
    size: () => entries.size,
  }
}
