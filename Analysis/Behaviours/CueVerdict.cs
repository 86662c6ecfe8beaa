namespace Steering.Analysis.Behaviours;

/// <summary>Whether cue words explain what a latent fires on.</summary>
public enum CueVerdict
{
    /// <summary>Cue words in plain text do not make it fire as the behaviour's own steps do.</summary>
    NotExplained,

    /// <summary>They do, but it also finds steps of the behaviour that hold no cue word.</summary>
    CuesSuffice,

    /// <summary>They do, and without cue words it does not find the behaviour: it is only a cue-word latent.</summary>
    OnlyCues,
}
