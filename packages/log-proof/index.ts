/** The door of the log's proofs: what a verifier needs, and nothing of the platform. Pure: bytes in, verdicts out. */
export {
  type Checkpoint,
  type CoSignature,
  checkpointMessage,
  isSignedBy,
  witnessesOf,
  witnessMessage,
} from './checkpoint.ts'
export { keyIdOf, type LogKey, readLogKey, readLogKeys } from './crypto.ts'
export { commitmentOf, leafHash, type LogEntry } from './entry.ts'
export { appendLeaves, type MerkleNode, nodeHash, peaks, rootOf } from './merkle.ts'
export { consistencySteps, hashesOf, inclusionSteps, isConsistent, type Place, rootByInclusion, type Step } from './paths.ts'
export { type LogProblem, type LogProblemCode, problem } from './problem.ts'
export {
  checkHead,
  isCheckpoint,
  isErased,
  isProofHead,
  type LogKeys,
  PROOF_FORMAT,
  type ProofHead,
  type ProvenEntry,
  whyNotProven,
} from './proof.ts'
export { type LogEnd, type LogLeaf, type LogLine, logReader, type LogState } from './whole.ts'
