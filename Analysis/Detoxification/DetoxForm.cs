namespace Steering.Analysis.Detoxification;

/// <summary>What the texts of a detoxification are.</summary>
public enum DetoxForm
{
    /// <summary>Plain texts. A prompt, where there is one, stands before the text as it is.</summary>
    Text,

    /// <summary>An assistant's turns, each after the user's message that it answers, in the model's chat template.</summary>
    Chat,
}
