"""Where Limn keeps things and how much it may use: limn.toml and LIMN_* variables in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from engine.errors import InputError

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
    llm_url: str = Field(
        "",
        description="OpenAI-compatible endpoint that may name topics, up to /v1; empty asks none.",
    )
    llm_model: str = Field("", description="Model that is asked there.")
    llm_key: SecretStr = Field(
        SecretStr(""), description="Its key; best in the variable, never in a file that is shared."
    )

    @field_validator("cache")
    @classmethod
    def _home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("folders")
    @classmethod
    def _homes(cls, paths: list[Path]) -> list[Path]:
        return [path.expanduser() for path in paths]

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
    """The settings of this process, read once.

    Raises:
        InputError: the file or a variable cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"The setting {where} in limn.toml or LIMN_{where.upper()}: {first['msg']}."
        ) from error
    except (SettingsError, TOMLDecodeError) as error:
        raise InputError(f"limn.toml or a LIMN_ variable cannot be read: {error}.") from error
