"""What stands behind the charts, from labels and scores: precision-recall, ROC, confusion matrix."""
