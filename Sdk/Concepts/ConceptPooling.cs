namespace Steering.Concepts;

/// <summary>What one observation of the statistics is: how the tokens of a labelled text become one activation a latent.</summary>
public enum ConceptPooling
{
    /// <summary>The largest activation over the labelled tokens.</summary>
    Maximum,

    /// <summary>The mean activation over the labelled tokens.</summary>
    Mean,

    /// <summary>The last labelled token.</summary>
    Last,

    /// <summary>Every labelled token is an observation of its own.</summary>
    Token,

    /// <summary>The last token of each reasoning step, a step ending where the decoded text has a blank line (RISE, arXiv 2512.23988, §3).</summary>
    Step,
}
