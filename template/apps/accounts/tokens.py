"""The tokens of the API."""

import structlog
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

logger = structlog.get_logger(__name__)


class TokenStrategy(JWTTokenStrategy):
    """Lets the requests of one session go one by one, and a refresh token work once.

    A refresh token that comes a second time was stolen, before or after its owner used it. Nobody
    can tell which, so the session ends, and with it every token that came from the same log-in.
    """

    def lookup_session(self, session_token: str) -> SessionBase | None:
        """Return the session, which no other request has until the transaction ends."""
        # Or requests at the same moment would each find the session as it was before them.
        list(Session.objects.select_for_update().filter(pk=session_token).values_list("pk"))
        session: SessionBase | None = super().lookup_session(session_token)
        return session

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """Return an access token and the next refresh token."""
        payload = internal.decode_token(refresh_token, "refresh")
        key = internal.session_key_from_sid(payload["sid"]) if payload else None
        session = self.lookup_session(key) if key else None
        if not payload or not session:
            return None
        if payload["jti"] not in internal.get_refresh_token_state(session):
            session.flush()
            logger.warning("refresh_token_reused", user_id=payload["sub"])
            return None
        tokens: tuple[str, str] | None = super().refresh_token(refresh_token)
        return tokens
