"""Where Limn keeps things and how much it may use: limn.toml and LIMN_* variables in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Each can stand in ``limn.toml`` or in a variable of the environment (``LIMN_CACHE``)."""

    model_config = SettingsConfigDict(
        env_prefix="LIMN_", toml_file=ROOT / "limn.toml", frozen=True, extra="forbid"
    )

    cache: Path = Field(ROOT / "cache", description="Folder of artifacts and jobs.")
    budget_gib: float = Field(
        20, gt=0, description="Size the cache may reach, in GiB, before old work is pruned."
    )
    folders: list[Path] = Field(
        default_factory=list,
        description="Folders whose files the Data page may open.",
    )
    heavy_jobs: int = Field(1, ge=1, le=64, description="Heavy jobs (training, embedding) at once.")
    light_jobs: int = Field(2, ge=1, le=64, description="Light jobs (import, audit) at once.")
    upload_mib: int = Field(1024, ge=1, description="Largest upload through the browser, in MiB.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file, the file over the defaults."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
