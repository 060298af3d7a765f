/** The one file here that asks for a digest, a key or chance. Node's own library computes them in memory and touches nothing else. */
export { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
