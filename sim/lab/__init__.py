"""The lab around the model: paired comparisons, resumable studies, honest statistics, reports."""
