/** The door of mail: hands letters to the operator's mail server over SMTP. */
export { parseMailUrl, smtpMailer, type SmtpSettings } from './smtp.ts'
