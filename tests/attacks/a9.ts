import type { Attack } from './result.ts'

export const a9: Attack = { what: '', control: '', run: async () => ({ tried: 0, leaks: [] }) }
