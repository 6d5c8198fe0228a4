"""模擬スマートフォン: an OpenID provider that plays デジタル認証アプリ, as its own test screen does."""
