"""Large work as Apache Beam pipelines: the services' own calls, on ranges of the faces, on as many machines as there
are. Needs what `make beam` brings."""
