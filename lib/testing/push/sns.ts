import { sign } from 'node:crypto'
import { type SnsMessage, signedText, snsMessageSchema } from '#lib/domain/push/sns-message.ts'

/** A certificate as SNS publishes its own, with the key that belongs to it: for tests only. */
export const SNS_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICFDCCAX2gAwIBAgIUG2Mc/rwGNy2oZgDyOt+4JlT3jMowDQYJKoZIhvcNAQEL
BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wHhcNMjYxMTMwMTcxMDE5
WhcNMzYxMDA4MTcxMDE5WjAcMRowGAYDVQQDDBFzbnMuYW1hem9uYXdzLmNvbTCB
nzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAylnF2UVIuTUoQqnylHMsQecjy/Wa
X7N8N/xbIW9oyQI9m2/p7ZJyVqs9T67n6+vmc1/79sWY5lFy+1J+GgpZMODByA/9
0Mbz+Fmo9fatiEujpbue2R98zUntG6Gkbd5/pnlqoyoOK0ZxunuDLWv+U524ytRS
WErTsWmZAb2Hs6sCAwEAAaNTMFEwHQYDVR0OBBYEFEFhHJGU0+fHPrQwGZb9fYgQ
SAc0MB8GA1UdIwQYMBaAFEFhHJGU0+fHPrQwGZb9fYgQSAc0MA8GA1UdEwEB/wQF
MAMBAf8wDQYJKoZIhvcNAQELBQADgYEAmo/LjmjizLT9Ukb6QUX0WmetXoSQeALD
MHxdkxsS8UFn/nSN24/BJ4J4TYYucIs13uZ9nF0FuHFKNm6+uwM/QrmXzcRrsZMC
MnkuhnT31mYPpVLWJnZtdsEk/aDiYEchmWFav3OJY7Mj/9YMnTg8ES5LWk5yq5UC
GXCzOm8aBiY=
-----END CERTIFICATE-----
`
const KEY = `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMpZxdlFSLk1KEKp
8pRzLEHnI8v1ml+zfDf8WyFvaMkCPZtv6e2SclarPU+u5+vr5nNf+/bFmOZRcvtS
fhoKWTDgwcgP/dDG8/hZqPX2rYhLo6W7ntkffM1J7RuhpG3ef6Z5aqMqDitGcbp7
gy1r/lOduMrUUlhK07FpmQG9h7OrAgMBAAECgYBFFnGexTEXSzb7y9qvJMOvnKN0
N98FXdrDor3apJc6SjGOqJ9OJfoz7TN5yVYWDu0X52W3069os9Z2SKwVaAMbOZ/M
rXspNnNW7OCgvBepeVVCrIMslRi+fKVBhg2rvW2ngMZjseEJB00XNnnlZmKPn1DR
ZE30Tsk9Ae9/aMgOgQJBAOtwLaFK3NyeZ6VJ9ouib3cgguN/6n4E8+ABavxEHsU2
5KivdC3aqfhHFRwdh7K1SFFXh7WDu9ODg4vaE57KhEkCQQDcBdawJHX0zsbLWXEh
udlkCl3bzne8Cp3ziK3cwlBAzsmFhTkkPFmUNLsdfDXIkhrtjaT+x71chiLwLsKk
SFBTAkBI6ngnUPEwHpsI9Ow3eLo+0cHXxYERQGVrReUldc910rdkitpXbTZg31rp
Vzf0n/JixtIP5Fmie0OdZ4/WCPCJAkEAxgCzHb0SMgdLu4B4YSOBUZhKsx7xfdYI
IzvjSwHLeycdD/2+WK++5bM2mOhI9oEVnqaTz30tGnDUTFWocHNrZQJAS7Fvt15k
j1TwilkJal7MJBuiR3igakrKi1qldKGyyaLSClD0t7mK/5kZTg1htAKlTIyEBB6v
VrYn97deaHWctA==
-----END PRIVATE KEY-----
`

const REGION = 'us-east-1'
export const SNS_CERTIFICATE_URL = `https://sns.${REGION}.amazonaws.com/SimpleNotificationService-0a1b.pem`

/** A message of a topic, signed as SNS signs; `own` is signed along. */
export function snsMessage(message: unknown, own: Partial<SnsMessage> = {}): SnsMessage {
  const unsigned = snsMessageSchema.parse({
    Type: 'Notification',
    MessageId: crypto.randomUUID(),
    TopicArn: `arn:aws:sns:${REGION}:123456789012:files`,
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2026-12-05T03:59:00.000Z',
    SignatureVersion: '2',
    Signature: 'none',
    SigningCertURL: SNS_CERTIFICATE_URL,
    ...own,
  })
  const digest = unsigned.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
  return { ...unsigned, Signature: sign(digest, Buffer.from(signedText(unsigned)), KEY).toString('base64') }
}

/** A topic that asks whether its messages are wanted. */
export function snsConfirmation(own: Partial<SnsMessage> = {}): SnsMessage {
  const SubscribeURL = `https://sns.${REGION}.amazonaws.com/?Action=ConfirmSubscription&Token=t`
  return snsMessage('You have chosen to subscribe.', { Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL, ...own })
}
