/**
 * Policies of HPKI certificates. The arc is the ministry's; the last numbers differ by edition of the policy
 * (要確認: 保健医療福祉分野PKI認証局 署名用証明書ポリシ 最新版), so an operator states those to accept.
 */
export const HPKI_ARC = '1.2.392.100495.1'
/** Signing by a person, as the demo authority writes it. */
export const SIGNING_POLICY = `${HPKI_ARC}.5.1.1.0.1`
/** Proving who is there; never accepted for a signature. */
export const AUTHENTICATION_POLICY = `${HPKI_ARC}.5.1.2.0.1`
