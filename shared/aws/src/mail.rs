//! Mails through SES. The carrier builds the message of two parts and writes every header: no text of ours stands in one but
//! the subject, which is one line of our own words.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use privacy::fault::Fault;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::subject_request::EmailAddress;
use privacy::subject_request::bounce::LetterName;
use privacy::subject_request::letter::Delivery;

use crate::connection::Connection;
use crate::faults::fault;

const ACTION: &str = "mail.send";

/// One mail. The same words twice: for programs that show markup, and for those that do not. It may hold a code, so it never
/// prints.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// To whom.
    pub to: &'a EmailAddress,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// A whole document.
    pub html: &'a str,
    /// About which request: a bounce names it.
    pub request: &'a ObligationId,
    /// Which letter: a bounce names it.
    pub letter: &'a LetterName,
}

privacy::redacted!(Mail<'a>);

/// What every mail has in common.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address that mails come from.
    pub from: String,
    /// Where answers go.
    pub reply_to: String,
    /// The configuration set that tells of bounces.
    pub configuration_set: String,
}

/// SES behind the letters. It knows no name by which a mail could be recognised as sent before: whoever sends notes it.
#[derive(Clone, Debug)]
pub struct SesMail {
    client: Client,
    sender: Sender,
}

impl SesMail {
    /// Mails from one address.
    #[must_use]
    pub fn new(connection: &Connection, sender: Sender) -> Self {
        Self { client: connection.ses(), sender }
    }

    /// Hands one mail over.
    ///
    /// # Errors
    /// [`Fault`]: it may have gone out.
    pub async fn send(&self, mail: &Mail<'_>) -> Answer<Delivery> {
        let Sender { from, reply_to, configuration_set } = &self.sender;
        let sent = self
            .client
            .send_email()
            .from_email_address(from)
            .reply_to_addresses(reply_to)
            .configuration_set_name(configuration_set)
            .destination(Destination::builder().to_addresses(mail.to.expose()).build())
            .content(content(mail)?)
            .email_tags(tag("request", mail.request.as_str())?)
            .email_tags(tag("letter", &mail.letter.to_mark())?)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Delivery::Accepted),
            // Of all that is in a request of ours only the address comes from outside.
            Err(error) if error.as_service_error().is_some_and(SendEmailError::is_bad_request_exception) => {
                Ok(Delivery::Unreachable)
            }
            Err(error) => Err(fault(ACTION)(error)),
        }
    }
}

fn content(mail: &Mail<'_>) -> Result<EmailContent, Fault> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build().map_err(unbuilt);
    // So that an absence note answers no letter of a machine (RFC 3834).
    let automatic = MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build().map_err(unbuilt)?;
    let body = Body::builder().text(utf8(mail.text)?).html(utf8(mail.html)?).build();
    let message = Message::builder().subject(utf8(mail.subject)?).body(body).headers(automatic).build();
    Ok(EmailContent::builder().simple(message).build())
}

fn tag(name: &str, value: &str) -> Result<MessageTag, Fault> {
    MessageTag::builder().name(name).value(value).build().map_err(unbuilt)
}

fn unbuilt(error: aws_sdk_sesv2::error::BuildError) -> Fault {
    Fault::park(ACTION, error)
}

#[cfg(test)]
mod tests {
    use privacy::subject_request::notice::Notice;

    use super::*;

    #[test]
    fn a_mail_never_prints() {
        let (to, request) = (EmailAddress::parse("mia@example.com").unwrap(), ObligationId::of_request(&[1; 20]));
        let letter = LetterName { notice: Notice::Code, round: 1, tenant: None };
        let mail =
            Mail { to: &to, subject: "s", text: "123456", html: "<p>123456</p>", request: &request, letter: &letter };
        assert_eq!(format!("{mail:?}"), "Mail(redacted)");
    }
}
