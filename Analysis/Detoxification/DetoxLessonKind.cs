namespace Steering.Analysis.Detoxification;

/// <summary>What learned dials are taught.</summary>
public enum DetoxLessonKind
{
    /// <summary>The clean texts become likelier: the texts are what the model should say in place of what is toxic.</summary>
    Prefer,

    /// <summary>The toxic words of toxic texts become less likely, and clean texts stay as they are: the model's own style stays, whatever that of the texts is.</summary>
    Avoid,

    /// <summary>Both, as two policies.</summary>
    Both,
}
