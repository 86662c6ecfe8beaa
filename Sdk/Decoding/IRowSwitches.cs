namespace Steering.Decoding;

/// <summary>The rows of one site that can be opened and closed between forward passes.</summary>
internal interface IRowSwitches
{
    /// <summary>Opens or closes a row: closed, it only watches.</summary>
    /// <param name="row">Row index m of the policy's program at that site.</param>
    /// <param name="on">Whether it acts.</param>
    void Switch(int row, bool on);
}
