import type { Attack } from './result.ts'

export const a8: Attack = { what: '', control: '', run: async () => ({ tried: 0, leaks: [] }) }
