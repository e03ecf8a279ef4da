import nodemailer from 'nodemailer';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text; every mail of the product can be read without HTML. */
  readonly text: string;
}

export type Mailer = (mail: Mail) => Promise<void>;

/** `smtpUrl`: `smtp://host:port`. */
export const createSmtpMailer = (deps: { smtpUrl: string; from: string }): Mailer => {
  const transport = nodemailer.createTransport(deps.smtpUrl);
  return async (mail) => {
    await transport.sendMail({ from: deps.from, ...mail });
  };
};
