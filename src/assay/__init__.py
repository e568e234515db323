"""Experiment tracking with the API of SageMaker Experiments' `Run`, on a store of your own."""
