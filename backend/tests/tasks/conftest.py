from servers.file_database import file_database, migrated_file

__all__ = ["file_database", "migrated_file"]
